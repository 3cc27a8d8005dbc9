"""A public WiFi point seen from the inside: gateway, names, internet, the city's broker, and how many stations."""

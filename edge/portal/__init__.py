"""The captive portal's page of a WiFi point: the city's newest copy, kept on the card and shown to whoever joins."""

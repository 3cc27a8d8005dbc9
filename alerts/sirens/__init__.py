"""What makes a noise or a light where people live: a port, an adapter for each kind, and who carries orders to them."""

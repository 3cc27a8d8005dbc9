"""CARRY: MQTT, from the node's side (a link) and the service's side (a subscription), and the embedded broker."""

"""A river or rain gauge: a serial or TCP device, Modbus registers, somebody else's telemetry, or a recording."""

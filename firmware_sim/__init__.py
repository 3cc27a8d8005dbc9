"""A whole city on a laptop: the real edge agents of every node, with the physics and the faults of a scenario.

Only the sensors are virtual. Spool, agent, clock rules, MQTT link and messages are those of a node on a pole.
"""

from firmware_sim.ledgers import NodeLedger, ledger, waiting

__all__ = ["NodeLedger", "ledger", "waiting"]

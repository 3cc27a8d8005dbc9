"""The agent's own machine: processor, memory, disk, heat, voltage, supply, and the counters of its spool."""

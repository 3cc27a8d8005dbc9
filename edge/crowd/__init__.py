"""People in front of a camera, as numbers. Frames stay in memory and are gone with the next one."""

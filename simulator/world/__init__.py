"""A snapshot made ready to be asked."""

from simulator.world.world import World

__all__ = ["World"]

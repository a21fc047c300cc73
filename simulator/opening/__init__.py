"""What is open in a world, as rows of bits, and what opens and closes when the world changes."""

"""Measures songs with other people's libraries, so that nobody has to believe the engine's own meters."""

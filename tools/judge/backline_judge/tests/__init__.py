"""Tests of the measures, on signals with known answers."""

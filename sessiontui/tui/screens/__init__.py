"""Whole screens: compose, bindings, workers."""

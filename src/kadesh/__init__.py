"""Kadesh: a laboratory for war as bargaining."""

__version__ = "0.1.0"

"""The published models, one file each, named after the model."""

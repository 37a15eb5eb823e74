"""The commands of `taxi-assets`, by what they are for."""

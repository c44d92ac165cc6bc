"""The columnar reading: the compiled form over a whole population, and what the door of a population makes of it."""

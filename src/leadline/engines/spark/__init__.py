"""Apache Spark: the statement runs on many machines."""

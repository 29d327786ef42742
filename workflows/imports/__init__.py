"""Order files, read: from bytes to orders, or to rows that are refused with a reason. Nothing here writes."""

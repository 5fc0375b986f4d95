"""Features, solar, load, accuracy: pure. No forecast is issued yet."""

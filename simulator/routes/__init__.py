"""What Graph answers at which path."""

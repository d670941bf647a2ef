"""What is done to a store: plan, record, make, take back. One file a verb."""

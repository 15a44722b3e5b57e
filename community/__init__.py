"""A practice community for therapists: people, groups, sits, threads and the care for them."""

"""What a member is told of, in the app, and asked for again whenever it is shown."""

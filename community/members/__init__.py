"""People: who is a member, how one comes in, signs in and out, and how one is seen."""

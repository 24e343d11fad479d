"""Models made and trained on some rows, listened to, their failures explained."""

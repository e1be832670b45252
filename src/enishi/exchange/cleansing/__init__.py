"""データ整備: proposals for how stored values might be written, over a list or the whole base, agreed to line by line or one by
one, and taken back as a whole."""

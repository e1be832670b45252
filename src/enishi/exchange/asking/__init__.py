"""名寄せ while importing: rows that are new, that change what is known, and that a person must be asked about."""

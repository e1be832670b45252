"""名寄せ: pairs of records that are likely the same, found over the whole base, reviewed and merged."""

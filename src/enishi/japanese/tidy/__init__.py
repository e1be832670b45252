"""Values as they are shown, tidied: what to write instead, why, and whether one may do so without looking.

Unlike the keys of `text.fold` and its kin, which nobody sees, these are proposals for what is stored; a person agrees to
them. Each normaliser is pure, proposes nothing for what it has made itself, and loses nothing silently: what it takes off
one field (an honorific, a building, a prefecture) it puts into another, or it asks.
"""

"""Goals [目標] of company, teams and persons, and what is to be expected against them."""

"""People's models, gathered where Django looks for them."""

from enishi.people.accounts.models import Account
from enishi.people.contacts.models import Affiliation, Contact

__all__ = ["Account", "Affiliation", "Contact"]

"""Finding a household by what people say."""

import pytest

from accounts.scope import Scope
from core import pinyin
from customers.queries import found
from tests.factories.customers import HouseholdFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("said", ["金冠里12号楼5门603", "12号楼5门603", "金冠里 603", "jgl12hl5m603", "KH0000777"])
def test_household_is_found_however_its_address_is_written(said):
    address = "金冠里 12 号楼 5 门 603"
    home = HouseholdFactory(code="KH0000777", address=address, search_key=pinyin.initials(address))
    other = "金冠里 12 号楼 5 门 604"
    HouseholdFactory(community=home.community, address=other, search_key=pinyin.initials(other))
    assert list(found(Scope(everything=True), said)) == [home]

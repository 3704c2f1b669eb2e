"""The product and channel catalogues of a fresh database, the slip numbers, and the key from lines to products."""

import datetime as dt

from django.db import migrations

PRODUCTS = [
    ("FTTH", "FTTH宽带", "broadband", True, "光纤到户"),
    ("3G", "3G", "bundle", True, "手机业务"),
    ("3G_BUNDLE", "3G版亲情1+", "bundle", True, "宽带加 3G 手机"),
    ("2G_BUNDLE", "2G版亲情1+", "bundle", True, "宽带加 2G 手机"),
    ("BB_BUNDLE", "亲情1+宽带", "bundle", True, "固话加宽带"),
    ("SPEEDUP", "宽带提速", "broadband", True, "老宽带升速"),
    ("BROADBAND", "宽带", "broadband", True, "非光纤宽带"),
    ("FIXED_LINE", "固话", "fixed", True, "固话新装"),
    ("VALUE_ADDED", "增值业务", "value_added", False, "家庭信息化与内容"),
    ("PAYPHONE", "公话", "payphone", False, ""),
    ("TERMINAL", "终端产品", "terminal", False, ""),
    ("CARD", "卡类产品", "card", False, ""),
]
CHANNELS = [
    ("own_hall", "自有营业厅"),
    ("community_manager", "社区经理"),
    ("e_channel", "电子渠道"),
    ("direct", "社区直销"),
    ("agent", "社区渠道"),
    ("collection_point", "代收点"),
    ("payphone_agent", "公话代理"),
    ("card_agent", "卡类代理"),
    ("phone_supermarket", "电话超市代理"),
]
PLACES = [
    ("current", "own", "own_hall", "自有营业厅"),
    ("current", "own", "community_manager", "社区经理"),
    ("current", "own", "e_channel", "电子渠道"),
    ("current", "social", "collection_point", "代收点"),
    ("current", "social", "payphone_agent", "公话代理"),
    ("current", "social", "card_agent", "卡类代理"),
    ("target", "core", "direct", "社区直销"),
    ("target", "core", "own_hall", "自建厅"),
    ("target", "core", "e_channel", "电子渠道"),
    ("target", "supplement", "agent", "社区渠道"),
    ("target", "supplement", "phone_supermarket", "电话超市代理"),
    ("target", "supplement", "card_agent", "卡类代理"),
]
SINCE = dt.date(2020, 1, 1)


def fill(apps, schema_editor):
    product, channel, place = (
        apps.get_model("acceptance", name)
        for name in ("Product", "Channel", "ChannelPlace")
    )
    product.objects.bulk_create(
        product(
            code=code,
            name=name,
            business_class=group,
            is_key=key,
            hint=hint,
            position=position,
        )
        for position, (code, name, group, key, hint) in enumerate(PRODUCTS, 1)
    )
    channel.objects.bulk_create(
        channel(code=code, name=name, position=position)
        for position, (code, name) in enumerate(CHANNELS, 1)
    )
    place.objects.bulk_create(
        place(
            catalogue=catalogue, tier=tier, channel_id=code, name=name, valid_from=SINCE
        )
        for catalogue, tier, code, name in PLACES
    )


class Migration(migrations.Migration):
    dependencies = [("acceptance", "0002_initial"), ("customers", "0001_initial")]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunSQL(
            "CREATE SEQUENCE acceptance_slip_no MAXVALUE 99999 CYCLE",
            "DROP SEQUENCE acceptance_slip_no",
        ),
        # The catalogue lives above the lines, so Django can't declare this key; the database can.
        migrations.RunSQL(
            "ALTER TABLE customers_subscription ADD CONSTRAINT subscription_product_known"
            " FOREIGN KEY (product_code) REFERENCES acceptance_product (code) DEFERRABLE INITIALLY DEFERRED",
            "ALTER TABLE customers_subscription DROP CONSTRAINT subscription_product_known",
        ),
    ]

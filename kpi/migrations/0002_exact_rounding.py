"""One rounding for every score: an exact fraction, half up (away from zero), to so many places."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("kpi", "0001_initial")]

    operations = [
        # numeric division cuts at 16 digits or so, and a tie just missed is a bonus missed: div() is exact.
        migrations.RunSQL(
            """
            CREATE FUNCTION kpi_half_up(num numeric, den numeric, places integer) RETURNS numeric
            LANGUAGE sql IMMUTABLE PARALLEL SAFE
            RETURN round(sign(num) * div(abs(num) * 2 * ('1e' || places)::numeric + den, 2 * den)
                         * ('1e-' || places)::numeric, places)
            """,
            "DROP FUNCTION kpi_half_up(numeric, numeric, integer)",
        ),
    ]

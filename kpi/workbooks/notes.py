"""What the first sheet of a pack says of itself."""

from django.utils.translation import gettext as _


def explained() -> list[tuple[str, str]]:
    """How the figures are rounded and what can be done with them."""
    return [
        (_("公式"), _("KPI = Σ 限幅(得分, 下限, 封顶) × 权重 + 限幅(D 分, 下限, 上限)。")),
        (
            _("舍入"),
            _("只在三处四舍五入：网格分项 4 位，人员分项 4 位，总分 2 位。公式都用整数相除，所以与系统逐位相同。"),
        ),
        (_("不考核"), _("该项的权重按比例分给同类其它项；整类不考核时分给其它类。有缺项的总分是暂计。")),
        (
            _("怎么用"),
            _(
                "蓝底的是输入，改一个就能看到分数和名次怎么变。黄底的是从系统抄来的数：算过之后输入又变了，或属别的分公司。"
            ),
        ),
        (_("核对"), _("汇总页的“与系统不一致”应为 0。折叠的列是精确求和的中间数。")),
    ]

"""Invented names and telephone numbers, many at a time."""

import numpy as np

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀兰霞平刚桂英华建国文志海玉春晓梅红雪婷宇浩欣怡博雅晨阳佳琪鑫凯宁"
MOBILE = ("138", "139", "137", "136", "135", "133", "153", "189", "180", "186")


def people(count: int, rng: np.random.Generator) -> list[str]:
    """`count` names of two or three characters; common surnames come more often."""
    first = (len(SURNAMES) * rng.random(count) ** 1.8).astype(int).tolist()
    second = rng.integers(len(GIVEN), size=count).tolist()
    third = rng.integers(-len(GIVEN) // 3, len(GIVEN), size=count).tolist()
    return [SURNAMES[a] + GIVEN[b] + (GIVEN[c] if c >= 0 else "") for a, b, c in zip(first, second, third, strict=True)]


def phones(count: int, rng: np.random.Generator) -> list[str]:
    """`count` mobile numbers, mostly starting with 138."""
    lead = (len(MOBILE) * rng.random(count) ** 3).astype(int).tolist()
    rest = rng.integers(100_000_000, size=count).tolist()
    return [f"{MOBILE[a]}{b % 100_000_000:08d}" for a, b in zip(lead, rest, strict=True)]

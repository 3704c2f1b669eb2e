"""A company to try things on: invented people and sales on the real places of Tianjin."""

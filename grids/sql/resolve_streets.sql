SELECT line, code, name, district, area_type FROM staged

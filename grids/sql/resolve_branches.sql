SELECT line, code, name FROM staged

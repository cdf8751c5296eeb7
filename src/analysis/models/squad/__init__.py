"""What only many athletes tell: error of measurement, growth, transfer, the audit of flags."""

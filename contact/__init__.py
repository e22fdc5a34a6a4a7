"""Contact Webmaster and the department forms, and the inbox behind them."""

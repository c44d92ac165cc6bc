"""Stripe: subscriptions, invoices, credit and payments through the official SDK (extra `stripe`)."""

"""Judgements in production, measured."""

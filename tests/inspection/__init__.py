"""Inspecting exports."""

"""Another office's weather warnings: asked for, read, judged by place, kept, and told to those who follow."""

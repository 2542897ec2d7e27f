project = "Several questions, one encoder"
copyright = "the authors of Polytask"
html_theme = "furo"
# Furo's own option: the arrow keys turn pages. They do not while a reader types into the element.
html_theme_options = {"navigation_with_keys": True}

# The npm package lies in _static/polytask/. Its README is no page of this documentation.
html_static_path = ["_static"]
exclude_patterns = ["README.md", "_build", "_static"]
html_js_files = [("polytask/polytask-lab.js", {"type": "module"})]
html_css_files = ["polytask.css"]

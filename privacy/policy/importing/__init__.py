"""From a company's file to the Markdown of a draft, in the order of these modules.

`sniff` says what the bytes are · a reader (`text_reader`, `markdown_reader`, `html_reader`,
`docx_reader`) makes blocks of them (`document`) and notes all that is no text for readers
(`findings`) · `links` settles where links lead · `writer` makes Markdown · `comparison` holds what
readers would see against the file · `engine` does all of it, for the command and for the admin.
"""

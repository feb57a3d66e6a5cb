<?cs # api_tool_check.cs: a piece of a page: what a description holds, for the script that asks while one types.
  Reads, besides part_api_tool.cs (report):
    Found.Title            text, optional  of the description
    Found.Format           text, optional  "OpenAPI"; absent: it cannot be used
    Found.Version          text
    Found.Count            text            "12 operations"
?><?cs include!"part_ui.cs" ?><?cs include!"part_api_tool.cs" ?><?cs
if:?Found.Format ?><p class="found-line"><span class="pill pill-ok"><?cs var:Found.Count ?></span> <?cs if:?Found.Title ?><strong><?cs var:Found.Title ?></strong> · <?cs /if ?><?cs var:Found.Format ?> <?cs var:Found.Version ?></p><?cs /if ?><?cs call:report() ?>

<?cs # connect_switch.cs: a link that leads here is for another workspace than the open one.
  POST fields: csrf, workspace, next.
  Reads, besides layout.cs and part_ui.cs:
    Provider.Label            text
    Provider.Icon.Letter      text
    Provider.Icon.Tone        enum(ink|blue|teal|green|amber|orange|red|violet)
    Switch.HomeUrl            url             where it leads otherwise
    Switch.Name               text, optional  the workspace; absent = none of this person's
    Switch.Url                url, optional   POST
    Switch.Value              text, optional  value of the field workspace
    Switch.Next               text, optional  value of the field next
?><?cs include!"layout.cs" ?><?cs include!"part_ui.cs" ?><?cs
call:page_head({{connect.switch_title}}) ?><?cs call:panel_open("plain") ?>
<div class="consent-head">
  <p aria-hidden="true"><?cs call:tile(Provider.Icon) ?></p>
  <h1><?cs if:?Switch.Name ?>{{connect.switch_question label=Provider.Label workspace=Switch.Name}}<?cs else ?>{{connect.switch_other}}<?cs /if ?></h1>
  <p class="lede"><?cs if:?Switch.Name ?>{{connect.switch_lede workspace=Workspace.Name}}<?cs else ?>{{connect.switch_no_member}}<?cs /if ?></p>
</div><?cs if:?Switch.Name ?>
<form method="post" action="<?cs var:Switch.Url ?>">
  <?cs call:csrf_field() ?>
  <input type="hidden" name="workspace" value="<?cs var:Switch.Value ?>">
  <input type="hidden" name="next" value="<?cs var:Switch.Next ?>">
  <p class="form-actions form-actions-centre"><a class="button" href="<?cs var:Switch.HomeUrl ?>">{{connect.stay workspace=Workspace.Name}}</a> <button type="submit" class="button button-primary">{{connect.open workspace=Switch.Name}}</button></p>
</form><?cs else ?>
<p class="form-actions form-actions-centre"><a class="button" href="<?cs var:Switch.HomeUrl ?>">{{connect.stay workspace=Workspace.Name}}</a></p><?cs /if ?>
<?cs call:panel_close() ?>

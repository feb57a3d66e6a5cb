<?cs # members.cs: the people of the workspace.
  Reads, besides layout.cs:
    Members.N.Name            text            name of the person
    Members.N.Email           text
    Members.N.RoleText        text            "Owner"
    Members.N.You             bool            it is the visitor
    Members.N.Since           date
?><?cs include!"layout.cs" ?><?cs include!"part_ui.cs" ?><?cs
call:page_head({{nav.members}}) ?><?cs call:app_open() ?>
<h1>{{nav.members}}</h1>
<p class="lede">{{members.lede workspace=Workspace.Name}}</p>
<table class="table" role="table">
  <caption class="visually-hidden">{{members.caption workspace=Workspace.Name}}</caption>
  <thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">{{members.name}}</th><th scope="col" role="columnheader">{{members.email}}</th><th scope="col" role="columnheader">{{members.role}}</th><th scope="col" role="columnheader">{{members.since}}</th></tr></thead>
  <tbody role="rowgroup">
    <?cs each:member = Members ?><tr role="row">
      <th scope="row" role="rowheader"><?cs var:member.Name ?><?cs if:member.You ?> <span class="badge">{{members.you}}</span><?cs /if ?></th>
      <td role="cell" data-label="{{members.email}}"><?cs var:member.Email ?></td>
      <td role="cell" data-label="{{members.role}}"><?cs var:member.RoleText ?></td>
      <td role="cell" data-label="{{members.since}}"><?cs call:day(member.Since) ?></td>
    </tr>
    <?cs /each ?>
  </tbody>
</table>
<?cs call:app_close() ?>

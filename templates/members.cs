<?cs # members.cs: the people of the workspace.
  Reads, besides layout.cs:
    Members.N.Name            text            name of the person
    Members.N.Email           text
    Members.N.RoleText        text            "Owner"
    Members.N.You             bool            it is the visitor
    Members.N.Since           date
?><?cs include!"layout.cs" ?><?cs include!"part_ui.cs" ?><?cs
call:page_head("Members") ?><?cs call:app_open() ?>
<h1>Members</h1>
<p class="lede">Everyone here can use the authorizations of <?cs var:Workspace.Name ?>. Editors also add API keys; owners and admins set OAuth clients too.</p>
<table class="table" role="table">
  <caption class="visually-hidden">Members of <?cs var:Workspace.Name ?></caption>
  <thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Name</th><th scope="col" role="columnheader">E-mail</th><th scope="col" role="columnheader">Role</th><th scope="col" role="columnheader">Since</th></tr></thead>
  <tbody role="rowgroup">
    <?cs each:member = Members ?><tr role="row">
      <th scope="row" role="rowheader"><?cs var:member.Name ?><?cs if:member.You ?> <span class="badge">You</span><?cs /if ?></th>
      <td role="cell" data-label="E-mail"><?cs var:member.Email ?></td>
      <td role="cell" data-label="Role"><?cs var:member.RoleText ?></td>
      <td role="cell" data-label="Since"><?cs call:day(member.Since) ?></td>
    </tr>
    <?cs /each ?>
  </tbody>
</table>
<?cs call:app_close() ?>

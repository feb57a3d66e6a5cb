<?cs # connect_refused.cs: a link wants to lead back to an address that the operator has not allowed.
  Reads, besides layout.cs:
    Provider.Label            text
    Refused.Url               url             the provider's page
?><?cs include!"layout.cs" ?><?cs
call:page_head("This link cannot be followed") ?><?cs call:panel_open("plain") ?>
<div class="consent-head">
  <h1>This link cannot be followed</h1>
  <p class="lede">It wants to lead back to an address that is not allowed here. If you trust whoever sent it, ask your operator to allow that address (<code>connect_return</code>).</p>
</div>
<p class="form-actions form-actions-centre"><a class="button" href="<?cs var:Refused.Url ?>">Open <?cs var:Provider.Label ?> without it</a></p>
<?cs call:panel_close() ?>
